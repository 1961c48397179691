package io.dms.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.dms.model.Graph;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backend;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** A backend with one fault fails the test of the kit that is there for it. */
class KitCatchesTest {
    /** The kit on the backend of the running test. */
    static final class Kit extends BackendCompatibilityKit {
        static Backend backend = new ReferenceBackend();

        @Override
        protected Backend backend() {
            return backend;
        }

        @Override
        protected OptionalLong nativeBytes() {
            return OptionalLong.of(Faulty.closedTooFew);
        }

        @Override
        protected List<String> files() {
            return List.of("linear");
        }
    }

    /** The reference with a session that a subclass spoils. */
    private static class Faulty implements Session {
        static long closedTooFew;

        final Session good;

        Faulty(Session good) {
            this.good = good;
        }

        @Override
        public ScalableModel model() {
            return good.model();
        }

        @Override
        public SessionOptions options() {
            return good.options();
        }

        @Override
        public void prepare(WidthLevel level) {
            good.prepare(level);
        }

        @Override
        public void run(WidthLevel level, FloatBuffer input, FloatBuffer output) {
            run(level, new FloatBuffer[] {input}, new FloatBuffer[] {output});
        }

        @Override
        public void run(WidthLevel level, FloatBuffer[] inputs, FloatBuffer[] outputs) {
            good.run(level, inputs, outputs);
        }

        @Override
        public long weightBytes() {
            return good.weightBytes();
        }

        @Override
        public long weightBytes(WidthLevel level) {
            return good.weightBytes(level);
        }

        @Override
        public long arenaBytes() {
            return good.arenaBytes();
        }

        @Override
        public void close() {
            good.close();
        }
    }

    private static Backend backend(Function<Session, Session> fault) {
        ReferenceBackend good = new ReferenceBackend();
        return new Backend() {
            @Override
            public String name() {
                return good.name();
            }

            @Override
            public String describe() {
                return good.describe();
            }

            @Override
            public List<String> refusals(Graph graph) {
                return good.refusals(graph);
            }

            @Override
            public Session open(ScalableModel model, SessionOptions options) {
                return fault.apply(good.open(model, options));
            }
        };
    }

    private static TestExecutionSummary run(Backend backend, String method) {
        Kit.backend = backend;
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectMethod(Kit.class, method))
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, listener);
        return listener.getSummary();
    }

    private static void assertCaught(String method, String message, Function<Session, Session> fault) {
        assertThat(run(backend(s -> s), method).getFailures())
                .as("without the fault")
                .isEmpty();
        assertThat(run(backend(fault), method).getFailures())
                .anySatisfy(f -> assertThat(f.getException()).hasMessageContaining(message));
    }

    @Test
    void aWrongElementAndSaysHowToSeeItAgain() {
        assertCaught("agreesWithTheReference", "-Ddms.problem=\"gemm n1 c64 k10 width=1\"", s -> new Faulty(s) {
            @Override
            public void run(WidthLevel level, FloatBuffer[] in, FloatBuffer[] out) {
                super.run(level, in, out);
                int last = Rig.elements(model().graph().outputs().get(0), options()) - 1;
                out[0].put(last, out[0].get(last) * 1.001f + 1e-3f);
            }
        });
    }

    @Test
    void aCallThatIsNotRepeatable() {
        assertCaught("agreesWithTheReference", "the second time", s -> new Faulty(s) {
            private int calls;

            @Override
            public void run(WidthLevel level, FloatBuffer[] in, FloatBuffer[] out) {
                super.run(level, in, out);
                out[0].put(0, calls++ % 2 == 0 ? out[0].get(0) : Math.nextUp(out[0].get(0)));
            }
        });
    }

    @Test
    void aWriteBehindTheOutput() {
        assertCaught("agreesWithTheReference", "behind the end", s -> new Faulty(s) {
            @Override
            public void run(WidthLevel level, FloatBuffer[] in, FloatBuffer[] out) {
                super.run(level, in, out);
                out[0].put(Rig.elements(model().graph().outputs().get(0), options()), 0);
            }
        });
    }

    @Test
    void anInputThatIsWrittenTo() {
        assertCaught("agreesWithTheReference", "input 0 was changed", s -> new Faulty(s) {
            @Override
            public void run(WidthLevel level, FloatBuffer[] in, FloatBuffer[] out) {
                super.run(level, in, out);
                in[0].put(0, 5);
            }
        });
    }

    @Test
    void aLevelLeftBehindByASwitch() {
        assertCaught("switchingLevelsInAnyOrderGivesWhatFreshSessionsGive", "at level", s -> new Faulty(s) {
            private @Nullable WidthLevel first;

            @Override
            public void run(WidthLevel level, FloatBuffer[] in, FloatBuffer[] out) {
                first = first == null ? level : first;
                super.run(first, in, out);
            }
        });
    }

    @Test
    void aBankOverItsBudget() {
        assertCaught("theWeightBudgetIsKeptAndChangesNoOutput", "weights held", s -> new Faulty(s) {
            private long held;

            @Override
            public long weightBytes() {
                return held++;
            }
        });
    }

    @Test
    void aBufferOnTheHeapThatIsTaken() {
        assertCaught("refusesBuffersThatDoNotFit", "Expecting code to raise", s -> new Faulty(s) {
            @Override
            public void run(WidthLevel level, FloatBuffer[] in, FloatBuffer[] out) {
                if (in.length == 1 && !in[0].isDirect()) {
                    return;
                }
                super.run(level, in, out);
            }
        });
    }

    @Test
    void aClosedSessionThatStillRuns() {
        assertCaught("aClosedSessionSaysSo", "Expecting code to raise", s -> new Faulty(s) {
            @Override
            public void close() {
                closedTooFew = 0;
            }
        });
    }

    @Test
    void aSessionThatNotANumberSpoils() {
        assertCaught("notANumberGoesInAndNothingBreaks", "after bad input", s -> new Faulty(s) {
            private boolean spoilt;

            @Override
            public void run(WidthLevel level, FloatBuffer[] in, FloatBuffer[] out) {
                super.run(level, in, out);
                spoilt |= Float.isNaN(in[0].get(0));
                out[0].put(0, spoilt ? Float.NaN : out[0].get(0));
            }
        });
    }

    @Test
    void nativeMemoryThatIsNotFreed() {
        assertCaught("closedSessionsLeaveNoNativeMemoryBehind", "to be less than", s -> new Faulty(s) {
            @Override
            public void close() {
                super.close();
                closedTooFew += 64;
            }
        });
    }

    @Test
    void aSteadyCallThatAllocates() {
        assertThat(run(new ReferenceBackend(), "aSteadyCallAllocatesNothingOnTheHeap")
                        .getFailures())
                .anySatisfy(f -> assertThat(f.getException()).hasMessageContaining("bytes in 400 calls"));
    }

    @Test
    void anOperatorRefusedWithoutNotice() {
        ReferenceBackend good = new ReferenceBackend();
        Backend picky = new Backend() {
            @Override
            public String name() {
                return good.name();
            }

            @Override
            public String describe() {
                return good.describe();
            }

            @Override
            public List<String> refusals(Graph graph) {
                return graph.nodes().stream().anyMatch(n -> n.is("MatMul")) ? List.of("no MatMul here") : List.of();
            }

            @Override
            public Session open(ScalableModel model, SessionOptions options) {
                return good.open(model, options);
            }
        };
        assertThat(run(picky, "agreesWithTheReference").getFailures())
                .anySatisfy(f -> assertThat(f.getException()).hasMessageContaining("no MatMul here"));
    }
}
