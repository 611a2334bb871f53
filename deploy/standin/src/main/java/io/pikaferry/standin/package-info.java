/** The stand-in as a whole: configuration, wiring, the programs. What it does is in the packages below. */
package io.pikaferry.standin;
