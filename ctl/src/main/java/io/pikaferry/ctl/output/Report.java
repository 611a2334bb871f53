package io.pikaferry.ctl.output;

import java.util.List;

/** Something to be shown, the same in every format. */
public interface Report {

    List<String> table(boolean colour);

    /** The table with everything that takes more room. */
    default List<String> wide(boolean colour) {
        return table(colour);
    }

    /** Maps, lists, strings, numbers, booleans and null, in the order in which they are to be written. */
    Object document();

    /** What the things are called, one per line, for the next command in a pipe. */
    List<String> names();
}
