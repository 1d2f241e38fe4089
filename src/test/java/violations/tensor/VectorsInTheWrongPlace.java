package violations.tensor;

import jdk.incubator.vector.FloatVector;

/** Imitates vector code outside the kernels. */
public class VectorsInTheWrongPlace {

    int lanes() {
        return FloatVector.SPECIES_PREFERRED.length();
    }
}
