package io.dms.backend.tensorrt.cache;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A fresh engine.
 *
 * @param plan the serialised engine, position to limit; direct, in memory that Java frees by itself
 * @param timing what later builds on this platform can use, null where the library gave nothing
 * @param facts what there is to say about the engine
 */
public record BuiltEngine(ByteBuffer plan, byte @Nullable [] timing, EngineFacts facts) {}
