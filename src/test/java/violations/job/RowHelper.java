package violations.job;

/** Imitates a name that does not say what the thing is. */
public class RowHelper {}
