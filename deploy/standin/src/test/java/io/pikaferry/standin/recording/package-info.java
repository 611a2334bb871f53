/** What real masters had and did, and a way to do it again; for the end-to-end tests too. */
package io.pikaferry.standin.recording;
