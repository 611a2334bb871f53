/** The service by which slaves of 3.5 and 4.0 fetch a dump from P+10001; spec/replication.md §4.3. */
package io.pikaferry.standin.replication.pull;
