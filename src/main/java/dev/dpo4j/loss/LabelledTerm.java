package dev.dpo4j.loss;

/**
 * One loss of one labelled answer.
 *
 * @param loss its value
 * @param slope its derivative by the answer's summed log-probability under the policy
 */
record LabelledTerm(double loss, double slope) {}
