package io.pikaferry.ctl.submission;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.io.Reader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A file of jobs, in YAML: one or several documents, each either a job or a list of {@code jobs:}, each with
 * {@code defaults:} for its own jobs and those of the documents after it. Strict: a key that is not known is an error
 * with the line and the key that was probably meant, since a setting that silently does not hold is found out too late.
 *
 * <p>Reads the tree of nodes, not objects: so there are line numbers, no {@code yes} that has become a boolean, and
 * nothing in a file can make a class be loaded.
 */
public final class JobFile {

    private final String name;
    private final Path directory;

    /**
     * @param name how messages call it
     * @param directory what the names of password files in it are relative to
     */
    public JobFile(String name, Path directory) {
        this.name = requireNonNull(name, "name is null");
        this.directory = requireNonNull(directory, "directory is null");
    }

    public List<JobDraft> read(Reader text) {
        List<JobDraft> jobs = new ArrayList<>();
        JobDraft defaults = draft("defaults");
        for (Node document : documents(text)) {
            MappingNode mapping = mapping(document, "a document");
            Optional<Node> own = value(mapping, "defaults");
            if (own.isPresent()) {
                defaults = draft("defaults");
                fill(defaults, mapping(own.get(), "defaults"), Set.of(), true);
            }
            for (JobDraft job : jobs(mapping)) {
                jobs.add(job.over(defaults));
            }
        }
        if (jobs.isEmpty()) {
            throw new FerryException(ErrorCode.INVALID_ARGUMENT, name + " holds no job");
        }
        return jobs;
    }

    private List<Node> documents(Reader text) {
        List<Node> documents = new ArrayList<>();
        try {
            for (Node document : new Yaml(new LoaderOptions()).composeAll(text)) {
                if (!isNothing(document)) {
                    documents.add(document);
                }
            }
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            // the exception's own message shows a piece of the file, which may hold what should not be shown
            throw new FerryException(
                    ErrorCode.INVALID_ARGUMENT, "%s line %d: not YAML: %s".formatted(name, line, e.getProblem()), e);
        } catch (YAMLException e) {
            throw new FerryException(ErrorCode.INVALID_ARGUMENT, "%s: not YAML: %s".formatted(name, e.getMessage()), e);
        }
        return documents;
    }

    private List<JobDraft> jobs(MappingNode document) {
        checkVersion(document);
        Optional<Node> list = value(document, "jobs");
        if (list.isEmpty()) {
            // a document may hold nothing but defaults for those after it
            boolean onlyDefaults = document.getValue().stream()
                    .allMatch(tuple -> Set.of("apiVersion", "defaults").contains(key(tuple)));
            return onlyDefaults ? List.of() : List.of(job(document, Set.of("apiVersion", "defaults")));
        }
        for (NodeTuple tuple : document.getValue()) {
            if (!Set.of("apiVersion", "defaults", "jobs").contains(key(tuple))) {
                throw unknown(
                        tuple,
                        "'%s' stands beside 'jobs': it belongs into a job or into 'defaults'".formatted(key(tuple)));
            }
        }
        if (!(list.get() instanceof SequenceNode jobs)) {
            throw refused(list.get(), "'jobs' must be a list");
        }
        return jobs.getValue().stream()
                .map(job -> job(mapping(job, "a job"), Set.of()))
                .toList();
    }

    private void checkVersion(MappingNode document) {
        Optional<Node> version = value(document, "apiVersion");
        if (version.isPresent() && !scalar(version.get(), "apiVersion").equals("v1")) {
            throw refused(version.get(), "apiVersion must be v1");
        }
    }

    private JobDraft job(MappingNode mapping, Set<String> besides) {
        JobDraft draft = draft(place(mapping));
        fill(draft, mapping, besides, false);
        return draft;
    }

    private JobDraft draft(String origin) {
        return new JobDraft(origin, directory);
    }

    private void fill(JobDraft draft, MappingNode mapping, Set<String> besides, boolean defaults) {
        Set<String> seen = new LinkedHashSet<>();
        for (NodeTuple tuple : mapping.getValue()) {
            String key = key(tuple);
            if (!seen.add(key)) {
                throw refused(tuple.getKeyNode(), "'%s' is there twice".formatted(key));
            }
            if (defaults && key.equals("name")) {
                throw refused(tuple.getKeyNode(), "a name cannot be a default: each job has its own");
            }
            if (!besides.contains(key)) {
                put(draft, tuple);
            }
        }
    }

    private void put(JobDraft draft, NodeTuple tuple) {
        String key = key(tuple);
        Node value = tuple.getValueNode();
        if (Assembly.isMap(key)) {
            for (NodeTuple entry : mapping(value, "'" + key + "'").getValue()) {
                add(draft, key + "." + key(entry), entry);
            }
        } else if (Assembly.isGroup(key)) {
            if (value instanceof ScalarNode && !isNothing(value)) {
                add(draft, shortFor(key, tuple), tuple);
                return;
            }
            for (NodeTuple entry : mapping(value, "'" + key + "'").getValue()) {
                String inner = key(entry);
                if (inner.equals("password")) {
                    throw unknown(
                            entry,
                            "'%s.password': a password does not belong into a job file; put it into a file of its own and name that as passwordFile"
                                    .formatted(key));
                }
                if (!Assembly.isKey(key + "." + inner)) {
                    throw unknown(
                            entry,
                            "unknown key '%s.%s'%s"
                                    .formatted(key, inner, NearestName.hint(inner, Assembly.keysUnder(key))));
                }
                add(draft, key + "." + inner, entry);
            }
        } else if (Assembly.isKey(key) && key.indexOf('.') < 0) {
            add(draft, key, tuple);
        } else {
            throw unknown(tuple, "unknown key '%s'%s".formatted(key, NearestName.hint(key, Assembly.keysUnder(""))));
        }
    }

    /** {@code source: host:port} is short for {@code source: {address: host:port}}. */
    private String shortFor(String group, NodeTuple tuple) {
        return switch (group) {
            case "source" -> "source.address";
            case "target" -> "target.uri";
            default -> throw refused(
                    tuple.getValueNode(),
                    "'%s' must hold keys: %s".formatted(group, String.join(", ", Assembly.keysUnder(group))));
        };
    }

    private void add(JobDraft draft, String key, NodeTuple tuple) {
        String text = scalar(tuple.getValueNode(), key);
        boolean twice = draft.put(key, new Written(text, place(tuple.getKeyNode()) + ": " + key))
                .isPresent();
        if (twice) {
            throw refused(tuple.getKeyNode(), "'%s' is there twice".formatted(key));
        }
    }

    private String scalar(Node node, String key) {
        if (isNothing(node)) {
            throw refused(node, "'%s' has no value".formatted(key));
        }
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw refused(node, "'%s' must be a single value".formatted(key));
    }

    private MappingNode mapping(Node node, String what) {
        if (node instanceof MappingNode mapping) {
            return mapping;
        }
        throw refused(node, "%s must hold keys and values".formatted(what));
    }

    private Optional<Node> value(MappingNode mapping, String key) {
        return mapping.getValue().stream()
                .filter(tuple -> key(tuple).equals(key))
                .map(NodeTuple::getValueNode)
                .findFirst();
    }

    private String key(NodeTuple tuple) {
        if (tuple.getKeyNode() instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw refused(tuple.getKeyNode(), "a key must be a single word");
    }

    private static boolean isNothing(Node node) {
        return node == null || node.getTag().equals(Tag.NULL);
    }

    private FerryException unknown(NodeTuple tuple, String message) {
        return new FerryException(ErrorCode.UNKNOWN_CONFIG_KEY, place(tuple.getKeyNode()) + ": " + message);
    }

    private FerryException refused(Node node, String message) {
        return new FerryException(ErrorCode.INVALID_ARGUMENT, place(node) + ": " + message);
    }

    private String place(Node node) {
        return name + " line " + (node.getStartMark().getLine() + 1);
    }
}
