package dev.dpo4j.dataset;

import dev.dpo4j.digest.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** Preferences for a job: looked up by name once, then read as often as needed, always the same ones. */
@Component
public class PreferenceSource {

    private static final int PAGE = 200;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final PreferenceFiles files;
    private final Datasets datasets;
    private final PreferenceRows preferences;
    private final TransactionTemplate transaction;

    PreferenceSource(
            PreferenceFiles files,
            Datasets datasets,
            PreferenceRows preferences,
            PlatformTransactionManager transactions) {
        this.files = files;
        this.datasets = datasets;
        this.preferences = preferences;
        this.transaction = new TransactionTemplate(transactions);
        this.transaction.setReadOnly(true);
    }

    /**
     * What a {@code training_file} or {@code validation_file} means now.
     *
     * @throws UnknownTrainingDataException when there is neither such a file nor such a dataset
     * @throws UnusableTrainingDataException when the file has bad rows or there is nothing in it
     */
    public TrainingData resolve(String fileIdOrDatasetName) {
        return files.find(fileIdOrDatasetName)
                .map(PreferenceSource::resolve)
                .or(() -> datasets.find(fileIdOrDatasetName).map(this::resolve))
                .orElseThrow(() -> new UnknownTrainingDataException(fileIdOrDatasetName));
    }

    /**
     * Reads all preferences in their order; of a dataset the row is its number, and so is the line.
     *
     * @throws UnknownFileException when the file was removed since
     * @throws IOException from the handler
     */
    public void read(TrainingData data, PreferenceFile.RowHandler handler) throws IOException {
        switch (data.kind()) {
            case FILE -> {
                try (InputStream content = files.read(data.id())) {
                    PreferenceFile.read(content, handler);
                }
            }
            case DATASET -> readDataset(data, handler);
        }
    }

    private void readDataset(TrainingData data, PreferenceFile.RowHandler handler) throws IOException {
        for (long last = 0; last < data.rows(); ) {
            List<PreferenceRow> page =
                    preferences.oldestFirst(data.id(), last, Limit.of((int) Math.min(PAGE, data.rows() - last)));
            if (page.isEmpty()) {
                throw new UnknownDatasetException(data.id());
            }
            for (PreferenceRow row : page) {
                last = row.sequence();
                int number = Math.toIntExact(last);
                PreferenceExample example =
                        PreferenceParser.parse(JSON.readTree(row.toPreference().json()), "", UnknownFields.IGNORED);
                handler.row(number, number, example);
            }
        }
    }

    private static TrainingData resolve(UploadedFile file) {
        if (!file.usable()) {
            throw new UnusableTrainingDataException(file.id(), String.valueOf(file.statusDetails()));
        }
        return new TrainingData(TrainingData.Kind.FILE, file.id(), file.rows(), file.sha256());
    }

    private TrainingData resolve(Dataset dataset) {
        if (dataset.rows() == 0) {
            throw new UnusableTrainingDataException(dataset.name(), "the dataset is empty.");
        }
        return new TrainingData(
                TrainingData.Kind.DATASET, dataset.name(), dataset.rows(), hash(dataset.name(), dataset.rows()));
    }

    private String hash(String name, long rows) {
        MessageDigest all = Sha256.digest();
        transaction.executeWithoutResult(status -> {
            try (Stream<String> hashes = preferences.hashes(name, rows)) {
                hashes.forEach(hash -> all.update(hash.getBytes(StandardCharsets.US_ASCII)));
            }
        });
        return Sha256.hex(all);
    }
}
