package dev.dpo4j.job;

import com.github.kagkarlsson.scheduler.serializer.Serializer;

/** Task data as JSON: readable in the table, and by the next version of this class. */
final class TicketSerializer implements Serializer {

    @Override
    public byte[] serialize(Object data) {
        return Json.bytes(data);
    }

    @Override
    public <T> T deserialize(Class<T> type, byte[] bytes) {
        return Json.read(bytes, type);
    }
}
