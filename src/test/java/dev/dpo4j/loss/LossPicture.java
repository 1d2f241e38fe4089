package dev.dpo4j.loss;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.DoubleUnaryOperator;

/** Draws every loss with its slopes, computed by the losses themselves, as one SVG. */
final class LossPicture {

    private static final int COLUMNS = 4;
    private static final int WIDTH = 184;
    private static final int HEIGHT = 170;
    private static final int LEFT = 12;
    private static final int PLOT = 160;
    private static final int LOSS_TOP = 34;
    private static final int LOSS_HEIGHT = 56;
    private static final int SLOPES_TOP = 98;
    private static final int SLOPES_HEIGHT = 52;

    /** Nats between the two answers' log-ratios, at the sides. */
    private static final double FAR = 40;

    private static final double STEP = 1;
    private static final double REFERENCE = -40;
    private static final int TOKENS = 20;

    /** A loss and its slopes by the chosen and by the rejected answer's log-probability. */
    private record Point(double loss, double chosen, double rejected) {}

    private LossPicture() {}

    static String svg() {
        StringBuilder svg = new StringBuilder();
        LossType[] types = LossType.values();
        int rows = (types.length + COLUMNS - 1) / COLUMNS;
        svg.append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"11\">%n"
                        .formatted(COLUMNS * WIDTH, rows * HEIGHT));
        svg.append("""
                <style>
                text { fill: #24292f } .loss { stroke: #24292f } .axis { stroke: #8c959f; stroke-width: 0.5 }
                polyline { fill: none; stroke-width: 1.5 } .chosen { stroke: #0969da } .rejected { stroke: #cf222e }
                @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .loss { stroke: #e6edf3 } }
                </style>
                """);
        for (int i = 0; i < types.length; i++) {
            svg.append("<g transform=\"translate(%d %d)\">%n".formatted(i % COLUMNS * WIDTH, i / COLUMNS * HEIGHT));
            panel(svg, types[i]);
            svg.append("</g>\n");
        }
        return svg.append("</svg>\n").toString();
    }

    private static void panel(StringBuilder svg, LossType type) {
        DoubleFunction<Point> curve = curve(type);
        List<Double> at = new ArrayList<>();
        List<Point> points = new ArrayList<>();
        for (double x = -FAR; x <= FAR; x += STEP) {
            at.add(x);
            points.add(curve.apply(x));
        }
        svg.append("<text x=\"%d\" y=\"16\" font-weight=\"bold\">%s</text>%n".formatted(LEFT, type.wireName()));
        double low = points.stream().mapToDouble(Point::loss).min().orElseThrow();
        double high = points.stream().mapToDouble(Point::loss).max().orElseThrow();
        svg.append("<text x=\"%d\" y=\"26\" text-anchor=\"end\" font-size=\"9\">%s … %s</text>%n"
                .formatted(LEFT + PLOT, number(low), number(high)));
        line(svg, LEFT + PLOT / 2.0, LOSS_TOP, LEFT + PLOT / 2.0, SLOPES_TOP + SLOPES_HEIGHT);
        polyline(
                svg,
                "loss",
                at,
                points.stream().map(Point::loss).toList(),
                y -> LOSS_TOP + LOSS_HEIGHT * (high - y) / (high - low));
        double steepest = points.stream()
                .mapToDouble(p -> Math.max(Math.abs(p.chosen), Math.abs(p.rejected)))
                .max()
                .orElseThrow();
        double middle = SLOPES_TOP + SLOPES_HEIGHT / 2.0;
        line(svg, LEFT, middle, LEFT + PLOT, middle);
        DoubleUnaryOperator slope = y -> middle - SLOPES_HEIGHT / 2.0 * y / steepest;
        polyline(svg, "chosen", at, points.stream().map(Point::chosen).toList(), slope);
        polyline(svg, "rejected", at, points.stream().map(Point::rejected).toList(), slope);
        svg.append("<text x=\"%d\" y=\"%d\" text-anchor=\"end\" font-size=\"9\">±%s</text>%n"
                .formatted(LEFT + PLOT, SLOPES_TOP + SLOPES_HEIGHT + 8, number(steepest)));
    }

    private static DoubleFunction<Point> curve(LossType type) {
        LossOptions options = Options.of(type)
                .labelSmoothing(type == LossType.EXO_PAIR ? 0.1 : 0)
                .build();
        PreferenceLoss loss = options.loss(0.1);
        if (loss.labelled()) {
            LabelledLoss labelled = (LabelledLoss) loss.terms().getFirst().loss();
            return x -> {
                LabelledTerm good = labelled.of(true, x / 2, 0);
                LabelledTerm bad = labelled.of(false, -x / 2, 0);
                return new Point(good.loss() + bad.loss(), good.slope(), bad.slope());
            };
        }
        return x -> {
            PairLoss pair = Alone.of(
                    loss, Alone.pair(REFERENCE + x / 2, REFERENCE - x / 2, REFERENCE, REFERENCE, TOKENS, TOKENS));
            return new Point(pair.loss(), pair.slopeChosen(), pair.slopeRejected());
        };
    }

    private static void line(StringBuilder svg, double x1, double y1, double x2, double y2) {
        svg.append("<line class=\"axis\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>%n"
                .formatted(place(x1), place(y1), place(x2), place(y2)));
    }

    private static void polyline(
            StringBuilder svg, String style, List<Double> at, List<Double> values, DoubleUnaryOperator y) {
        svg.append("<polyline class=\"%s\" points=\"".formatted(style));
        for (int i = 0; i < at.size(); i++) {
            double x = LEFT + PLOT * (at.get(i) + FAR) / (2 * FAR);
            svg.append(place(x))
                    .append(',')
                    .append(place(y.applyAsDouble(values.get(i))))
                    .append(' ');
        }
        svg.append("\"/>\n");
    }

    private static String place(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3g", value);
    }
}
