package dev.dpo4j.dataset;

import dev.dpo4j.blob.Database;
import dev.dpo4j.digest.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;

/** The named datasets, to which annotation tools append preferences one by one or many at a time. */
@Component
public class Datasets {

    /** What a dataset may be called; file ids are not among it, so that a job's {@code training_file} is never ambiguous. */
    public static final String NAME = "(?!file-)[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

    private static final Pattern NAME_PATTERN = Pattern.compile(NAME);
    private static final Duration KEYS_KEPT = Duration.ofDays(7);

    private final DatasetRows datasets;
    private final PreferenceRows preferences;
    private final AppendRows appends;
    private final Database database;
    private final Clock clock;
    private final TransactionTemplate transaction;

    Datasets(
            DatasetRows datasets,
            PreferenceRows preferences,
            AppendRows appends,
            Database database,
            Clock clock,
            PlatformTransactionManager transactions) {
        this.datasets = datasets;
        this.preferences = preferences;
        this.appends = appends;
        this.database = database;
        this.clock = clock;
        this.transaction = new TransactionTemplate(transactions);
    }

    /** Whether a dataset may have this name. */
    public static boolean isName(String name) {
        return NAME_PATTERN.matcher(name).matches();
    }

    /**
     * Appends preferences, all or none; the dataset is made when it is not there. Durable when this returns. A preference whose
     * id and content are there already is not stored twice.
     *
     * @param rows preferences of any shape
     * @param pointer where the rows stand in what the client sent: each is at {@code pointer/index}; null: the only row is the
     *     whole body
     * @param idempotencyKey an append with the same key is done once; null: none
     * @throws InvalidRowException when one of them is not a preference; the pointer names it
     * @throws RecordConflictException when an id is taken by another preference
     * @throws IdempotencyConflictException when the key was used for something else
     * @throws dev.dpo4j.blob.StorageFullException when the disk has no room
     */
    public Appended append(
            String name, List<JsonNode> rows, @Nullable String pointer, @Nullable String idempotencyKey) {
        List<NewPreference> wanted = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            wanted.add(NewPreference.of(rows.get(i), pointer == null ? "" : pointer + "/" + i));
        }
        database.requireRoomFor(
                wanted.stream().mapToLong(row -> row.json().length()).sum());
        if (datasets.findById(name).isEmpty()) {
            create(name);
        }
        return transaction.execute(status -> append(name, wanted, idempotencyKey));
    }

    private Appended append(String name, List<NewPreference> wanted, @Nullable String idempotencyKey) {
        DatasetRow dataset = datasets.lock(name).orElseThrow(() -> new UnknownDatasetException(name));
        Instant now = clock.instant();
        String body = fingerprint(wanted);
        if (idempotencyKey != null) {
            appends.forgetOlderThan(name, now.minus(KEYS_KEPT));
            Optional<AppendRow> before = appends.findById(new AppendRow.Key(name, idempotencyKey));
            if (before.isPresent()) {
                if (!before.get().bodySha256().equals(body)) {
                    throw new IdempotencyConflictException(idempotencyKey);
                }
                return before.get().toAppended();
            }
        }
        long first = dataset.lastSequence();
        List<Long> sequences = wanted.stream()
                .map(preference -> store(name, dataset, preference, now))
                .toList();
        Appended appended =
                new Appended((int) (dataset.lastSequence() - first), sequences, dataset.lastSequence(), false);
        if (idempotencyKey != null) {
            appends.save(new AppendRow(new AppendRow.Key(name, idempotencyKey), body, appended, now));
        }
        return appended;
    }

    private long store(String name, DatasetRow dataset, NewPreference preference, Instant now) {
        String recordId = preference.recordId();
        if (recordId != null) {
            Optional<PreferenceRow> present = preferences.findByKeyDatasetAndRecordId(name, recordId);
            if (present.isPresent()) {
                if (!present.get().sha256().equals(preference.sha256())) {
                    throw new RecordConflictException(
                            name, recordId, present.get().sequence());
                }
                return present.get().sequence();
            }
        }
        long sequence = dataset.nextSequence();
        preferences.save(new PreferenceRow(new PreferenceRow.Key(name, sequence), preference, now));
        return sequence;
    }

    private void create(String name) {
        try {
            transaction.executeWithoutResult(status -> datasets.saveAndFlush(new DatasetRow(name, clock.instant())));
        } catch (DataIntegrityViolationException e) {
            // Somebody else made it in the same moment, which is as good.
            if (datasets.findById(name).isEmpty()) {
                throw e;
            }
        }
    }

    /**
     * The dataset of this name.
     *
     * @throws UnknownDatasetException when there is none
     */
    public Dataset get(String name) {
        return find(name).orElseThrow(() -> new UnknownDatasetException(name));
    }

    /** The dataset of this name, if there is one. */
    public Optional<Dataset> find(String name) {
        return datasets.findById(name).map(DatasetRow::toDataset);
    }

    /**
     * A part of the list of datasets, by name.
     *
     * @param after name of the last dataset of the part before; null: from the beginning
     * @throws UnknownDatasetException when there is no dataset {@code after}
     */
    public Page<Dataset> list(@Nullable String after, int limit) {
        if (after != null && datasets.findById(after).isEmpty()) {
            throw new UnknownDatasetException(after);
        }
        return Page.of(datasets.after(after == null ? "" : after, Limit.of(limit + 1)), limit)
                .map(DatasetRow::toDataset);
    }

    /**
     * A part of a dataset's preferences, by number.
     *
     * @param after number of the last preference of the part before; null: from the beginning
     * @throws UnknownDatasetException when there is no such dataset
     */
    public Page<StoredPreference> preferences(String name, @Nullable Long after, int limit, boolean newestFirst) {
        if (datasets.findById(name).isEmpty()) {
            throw new UnknownDatasetException(name);
        }
        Limit oneMore = Limit.of(limit + 1);
        List<PreferenceRow> found = newestFirst
                ? preferences.newestFirst(name, after == null ? Long.MAX_VALUE : after, oneMore)
                : preferences.oldestFirst(name, after == null ? 0 : after, oneMore);
        return Page.of(found, limit).map(PreferenceRow::toPreference);
    }

    private static String fingerprint(List<NewPreference> preferences) {
        StringBuilder all = new StringBuilder();
        preferences.forEach(preference -> all.append(preference.sha256()).append('\n'));
        return Sha256.of(all.toString().getBytes(StandardCharsets.UTF_8));
    }
}
