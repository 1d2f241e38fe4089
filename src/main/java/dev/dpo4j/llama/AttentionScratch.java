package dev.dpo4j.llama;

import java.lang.foreign.MemorySegment;

/**
 * What one thread works with in attention; B query rows, G heads to a key head.
 *
 * @param q (B G, D) stacked queries
 * @param out (B G, D) stacked outputs; in the backward pass their gradients
 * @param scores (B G, keys) of all keys; in the backward pass of a tile
 * @param dQ (B G, D)
 * @param dScores (B G, tile)
 */
record AttentionScratch(
        MemorySegment q, MemorySegment out, MemorySegment scores, MemorySegment dQ, MemorySegment dScores) {}
