package dev.dpo4j.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Heading;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.AttributeProvider;
import org.commonmark.renderer.html.HtmlRenderer;

/**
 * A page of the documentation as HTML.
 *
 * @param html the whole page
 * @param anchors of its headings, as GitHub makes them
 */
record DocumentationPage(String html, Set<String> anchors) {

    private static final List<TablesExtension> EXTENSIONS = List.of((TablesExtension) TablesExtension.create());
    private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).build();

    private static final String STYLE = """
            :root { color-scheme: light dark }
            body { max-width: 56rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif }
            nav a { margin-right: 1rem } table { border-collapse: collapse }
            th, td { border: 1px solid #8c959f80; padding: .3rem .6rem; text-align: left; vertical-align: top }
            pre { overflow-x: auto; padding: .8rem; background: #8c959f20 } img { max-width: 100% }
            :target { background: #ffd33d40 }
            """;

    DocumentationPage {
        anchors = Set.copyOf(anchors);
    }

    /**
     * Renders a page.
     *
     * @param markdown links to other pages by their files' names, {@code losses.md}
     * @param navigation HTML with links to all pages
     */
    static DocumentationPage of(String name, String markdown, String navigation) {
        Node document = PARSER.parse(markdown);
        Map<Node, String> anchors = new HashMap<>();
        Set<String> names = new LinkedHashSet<>();
        document.accept(new AbstractVisitor() {
            @Override
            public void visit(Heading heading) {
                String anchor = anchor(heading);
                anchors.put(heading, anchor);
                names.add(anchor);
            }

            @Override
            public void visit(Link link) {
                link.setDestination(link.getDestination().replaceFirst("^(\\w+)\\.md", "$1"));
                visitChildren(link);
            }
        });
        AttributeProvider ids = (node, tag, attributes) -> {
            String anchor = anchors.get(node);
            if (anchor != null) {
                attributes.put("id", anchor);
            }
        };
        HtmlRenderer renderer = HtmlRenderer.builder()
                .extensions(EXTENSIONS)
                .attributeProviderFactory(context -> ids)
                .build();
        String html = """
                <!DOCTYPE html>
                <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
                <title>dpo4j: %s</title><style>%s</style></head><body>
                <nav>%s<a href="../swagger-ui.html">API</a></nav>
                %s</body></html>
                """.formatted(name, STYLE, navigation, renderer.render(document));
        return new DocumentationPage(html, names);
    }

    /** Lower case, without punctuation, with hyphens for spaces. */
    private static String anchor(Heading heading) {
        List<String> words = new ArrayList<>();
        heading.accept(new AbstractVisitor() {
            @Override
            public void visit(Text text) {
                words.add(text.getLiteral());
            }

            @Override
            public void visit(Code code) {
                words.add(code.getLiteral());
            }
        });
        return anchor(String.join("", words));
    }

    /** Of a heading's text. */
    static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\w\\- ]", "").replace(' ', '-');
    }
}
