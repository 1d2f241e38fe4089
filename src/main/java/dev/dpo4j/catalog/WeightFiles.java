package dev.dpo4j.catalog;

import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.llama.LlamaWeights;
import dev.dpo4j.safetensors.NamedTensor;
import dev.dpo4j.safetensors.SafetensorsHeader;
import dev.dpo4j.safetensors.SafetensorsReader;
import dev.dpo4j.safetensors.TensorInfo;
import dev.dpo4j.safetensors.TensorShapes;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The safetensors files of a model folder: one, or the shards that an index names. Together they hold every weight exactly once.
 *
 * @param files the safetensors files, by name
 * @param index the index; null when there is one file
 */
record WeightFiles(
        NavigableMap<String, Path> files, @Nullable Path index) {

    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = SINGLE + ".index.json";
    private static final long MAX_INDEX_BYTES = 16 << 20;

    /** Finds the files and checks their headers against the model's shape. */
    static WeightFiles find(FolderSnapshot folder, LlamaConfig config) throws IOException {
        Path single = folder.files().get(SINGLE);
        Path index = folder.files().get(INDEX);
        WeightFiles found;
        if (single != null) {
            found = new WeightFiles(new TreeMap<>(Map.of(SINGLE, single)), null);
        } else if (index != null) {
            found = new WeightFiles(shards(folder, weightMap(index)), index);
        } else {
            throw new IOException("it has neither " + SINGLE + " nor " + INDEX);
        }
        found.check(config);
        return found;
    }

    /** Reads all weights. */
    void fill(LlamaWeights weights) throws IOException {
        Map<String, MemorySegment> destinations = new HashMap<>();
        for (NamedTensor tensor : weights.tensors()) {
            destinations.put(tensor.name(), tensor.data());
        }
        check(weights.config());
        for (Path file : files.values()) {
            SafetensorsReader.read(file, tensor -> destinations.get(tensor.name()));
        }
    }

    /** The files to download. */
    List<Path> all() {
        List<Path> all = new ArrayList<>(files.values());
        if (index != null) {
            all.add(index);
        }
        return all;
    }

    private void check(LlamaConfig config) throws IOException {
        Map<String, String> fileOf = new HashMap<>();
        Map<String, long[]> shapes = new HashMap<>();
        for (Map.Entry<String, Path> file : files.entrySet()) {
            SafetensorsHeader header = SafetensorsReader.header(file.getValue());
            for (TensorInfo tensor : header.tensors()) {
                String other = fileOf.put(tensor.name(), file.getKey());
                if (other != null) {
                    throw new IOException(
                            "tensor \"" + tensor.name() + "\" is in both " + other + " and " + file.getKey());
                }
                if (!tensor.type().readable()) {
                    throw new IOException("tensor \"" + tensor.name() + "\" in " + file.getKey() + " has dtype "
                            + tensor.type() + ": only F32, F16 and BF16 are supported");
                }
                shapes.put(tensor.name(), tensor.shape());
            }
        }
        shapes.keySet().removeIf(name -> isRedundant(config, name));
        TensorShapes.requireEqual("config.json", config.weightShapes(), shapes);
    }

    /** The head of a tied model is its embedding again; old files also carry rotary frequencies, which follow from the config. */
    private static boolean isRedundant(LlamaConfig config, String name) {
        return (config.tieWordEmbeddings() && name.equals("lm_head.weight")) || name.endsWith(".rotary_emb.inv_freq");
    }

    private static NavigableMap<String, Path> shards(FolderSnapshot folder, Map<String, String> weightMap)
            throws IOException {
        NavigableMap<String, Path> shards = new TreeMap<>();
        for (String name : new TreeSet<>(weightMap.values())) {
            // The folder's own listing has plain names only, so a path can never be found in it.
            Path file = folder.files().get(name);
            if (file == null || !name.endsWith(".safetensors")) {
                throw new IOException(
                        INDEX + " names \"" + name + "\", which is not a safetensors file in the same folder");
            }
            shards.put(name, file);
        }
        for (Map.Entry<String, Path> shard : shards.entrySet()) {
            for (TensorInfo tensor : SafetensorsReader.header(shard.getValue()).tensors()) {
                String declared = weightMap.get(tensor.name());
                if (!shard.getKey().equals(declared)) {
                    throw new IOException("tensor \"" + tensor.name() + "\" is in " + shard.getKey() + ", but " + INDEX
                            + (declared == null ? " does not name it" : " says " + declared));
                }
            }
        }
        return shards;
    }

    private static Map<String, String> weightMap(Path index) throws IOException {
        if (Files.size(index) > MAX_INDEX_BYTES) {
            throw new IOException(INDEX + " is larger than " + MAX_INDEX_BYTES + " bytes");
        }
        JsonNode map;
        try {
            map = new JsonMapper().readTree(Files.readAllBytes(index)).path("weight_map");
        } catch (JacksonException e) {
            throw new IOException(INDEX + " is not valid JSON: " + e.getOriginalMessage(), e);
        }
        if (!map.isObject() || map.isEmpty()) {
            throw new IOException(INDEX + " has no weight_map");
        }
        Map<String, String> files = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            if (!entry.getValue().isString()) {
                throw new IOException(INDEX + ": the file of \"" + entry.getKey() + "\" is not a name");
            }
            files.put(entry.getKey(), entry.getValue().stringValue());
        }
        return files;
    }
}
