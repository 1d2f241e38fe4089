package dev.dpo4j.llama;

import dev.dpo4j.tensor.Matrix;

/**
 * A matrix in which a step's passes add up a gradient.
 *
 * @param matrix what the sum is in
 * @param begun whether there is something in it to add to; what is there otherwise means nothing and is written over
 */
record GradientSum(Matrix matrix, boolean begun) {

    /** What a product multiplies with what is there before it adds to it. */
    float beta() {
        return begun ? 1 : 0;
    }
}
