package io.dms.fieldkit;

/** One part of the field kit: programs of its own, results of its own. Another one is a class and a line in {@link Steps}. */
interface Step {
    /** As {@code --only} names it; its results are in NAME.json. */
    String name();

    /** What it shows, and the bar where there is one, in one line. */
    String shows();

    /**
     * Adds rows to the kit's result as it goes, so that what was measured stays when it is ended.
     *
     * @throws io.dms.model.DmsException if there is nothing to run on
     */
    void run(Kit kit);
}
