package dev.dpo4j.train;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** A cache that lasts as long as its test. */
final class MapCache implements ReferenceCache {

    final Map<String, Double> sums = new HashMap<>();

    @Override
    public Map<String, Double> find(Collection<String> keys) {
        Map<String, Double> found = new HashMap<>(sums);
        found.keySet().retainAll(keys);
        return found;
    }

    @Override
    public Map<String, Double> store(Map<String, Double> computed) {
        computed.forEach(sums::putIfAbsent);
        return find(computed.keySet());
    }
}
