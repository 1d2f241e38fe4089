package violations.kernel;

import jdk.incubator.vector.FloatVector;

/** Imitates a kernel that forgot that the Vector API may not be there. */
public class ScalarKernelsWithVectors {

    int lanes() {
        return FloatVector.SPECIES_PREFERRED.length();
    }
}
