/** Redis' protocol: requests and replies. */
package io.pikaferry.standin.resp;
