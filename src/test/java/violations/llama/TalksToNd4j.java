package violations.llama;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Imitates a model that takes an ND4J array where a tensor would do. */
public class TalksToNd4j {

    long rows(INDArray array) {
        return array.rows();
    }
}
