/** A database, or a slot of one, as a whole: keys and binlog that change together. Commands themselves are in {@code command}. */
package io.pikaferry.standin.database;
