/** The keys in memory: five namespaces or one, and when keys expire. Knows neither commands nor the log. */
package io.pikaferry.standin.dataset;
