package dev.dpo4j.train;

/**
 * The news of one logged optimizer step (of the mean since the last logged one when {@code logging_steps} is over 1).
 *
 * @param step optimizer steps done, from 1
 * @param epoch fraction of passes over the data done
 * @param metrics means over the steps since the last report
 * @param gradNorm L2 norm of the last step's gradient before clipping
 * @param learningRate the rate the last step used
 * @param numTokens tokens trained on so far as TRL counts them: the prompt once with each answer
 * @param work what was done for it
 */
public record StepReport(
        int step,
        double epoch,
        PreferenceMetrics metrics,
        double gradNorm,
        double learningRate,
        long numTokens,
        Work work) {

    /**
     * What this start of the run has done since its last report; not reproducible.
     *
     * @param steps optimizer steps
     * @param tokens tokens, counted as above
     * @param seconds how long the steps took, without validations and checkpoints between them
     */
    public record Work(int steps, long tokens, double seconds) {

        static final Work NONE = new Work(0, 0, 0);

        Work plus(long moreTokens, double moreSeconds) {
            return new Work(steps + 1, tokens + moreTokens, seconds + moreSeconds);
        }

        public double tokensPerSecond() {
            return tokens / seconds;
        }
    }
}
