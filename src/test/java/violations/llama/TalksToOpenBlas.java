package violations.llama;

import org.bytedeco.openblas.global.openblas;

/** Imitates a model that sets OpenBLAS's threads behind the back of the one pool. */
public class TalksToOpenBlas {

    void twoThreads() {
        openblas.blas_set_num_threads(2);
    }
}
