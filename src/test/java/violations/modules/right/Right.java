package violations.modules.right;

/** Used by its neighbour. */
public class Right {}
