/** Everything that can go wrong, numbered once ({@link io.pikaferry.error.ErrorCode}), and the one exception that carries it. */
package io.pikaferry.error;
