package io.dms.compiler;

/** Is told how far long work is. Called from the thread that does the work, often; must return quickly. */
public interface CompileListener {
    /** Listens to nothing. */
    CompileListener SILENT = (stage, done, total) -> {};

    /**
     * @param stage what is being done, in a few words
     * @param done steps done of this stage
     * @param total steps that this stage has
     */
    void progress(String stage, long done, long total);
}
