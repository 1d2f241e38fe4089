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
 * @param tokensPerSecond {@code numTokens} a second since the last report; not reproducible
 */
public record StepReport(
        int step,
        double epoch,
        PreferenceMetrics metrics,
        double gradNorm,
        double learningRate,
        long numTokens,
        double tokensPerSecond) {}
