package violations.loss;

import org.springframework.util.Assert;

/** Imitates arithmetic that needs Spring. */
public class KnowsSpring {

    double half(double x) {
        Assert.state(x >= 0, "x is negative");
        return x / 2;
    }
}
