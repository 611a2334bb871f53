/** What tests make go wrong. The places where it goes wrong ask here; nothing here knows them. */
package io.pikaferry.standin.fault;
