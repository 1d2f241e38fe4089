package violations.modules.left;

import violations.modules.right.Right;

/** Uses what its package does not declare. */
public class Left {

    Right neighbour() {
        return new Right();
    }
}
