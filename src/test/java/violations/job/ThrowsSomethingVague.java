package violations.job;

/** Imitates an error nobody can catch by name. */
public class ThrowsSomethingVague {

    void fail() {
        throw new RuntimeException("something went wrong");
    }
}
