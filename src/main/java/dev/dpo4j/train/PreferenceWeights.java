package dev.dpo4j.train;

import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.loss.PreferenceLoss;
import java.util.List;

/**
 * As how many each preference counts: one of weight 2 gives the loss, the gradient and the metrics of one of weight 1 that stands twice, one
 * of weight 0 those of none. The mean over preferences is {@code sum w l / sum w}.
 */
public final class PreferenceWeights {

    /** What is wrong with another weight than 1 where weights may not differ. */
    public static final String ONLY_ONE =
            "must be 1 with aot, aot_unpaired and kto, which look at all rows together: leave it out";

    private PreferenceWeights() {}

    /** Whether preferences of a loss may have weights other than 1. A loss that looks at them all together has no use for half of one. */
    public static boolean mayDiffer(PreferenceLoss loss) {
        return !loss.comparesPreferences();
    }

    /** What the weights come to. */
    public static double sum(List<TokenizedPreference> preferences) {
        double sum = 0;
        for (TokenizedPreference preference : preferences) {
            sum += preference.weight();
        }
        return sum;
    }

    /** How many tokens the chosen answers have on average; the weights are not all 0. */
    static double meanChosenTokens(List<TokenizedPreference> preferences) {
        double tokens = 0;
        for (TokenizedPreference preference : preferences) {
            tokens += preference.weight() * preference.chosen().length;
        }
        return tokens / sum(preferences);
    }

    static void requirePositive(List<TokenizedPreference> preferences) {
        for (TokenizedPreference preference : preferences) {
            if (!(preference.weight() > 0)) {
                throw new IllegalArgumentException(
                        "Row " + preference.row() + " weighs " + preference.weight() + ": leave it out");
            }
        }
    }
}
