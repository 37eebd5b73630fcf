import { deepEqual, equal } from "node:assert/strict";
import { bytesText } from "../../../lib/run/images/bytes.ts";
import { type NodeImages, planImages } from "../../../lib/run/images/image_plan.ts";
import { storedName, tagged, wantedImages } from "../../../lib/run/images/wanted.ts";
import { imageFindings } from "../../../lib/run/images/findings.ts";

const A = `sha256:${"a".repeat(64)}`;
const B = `sha256:${"b".repeat(64)}`;

Deno.test("names are completed as Docker and containerd do", () => {
  const names = [
    "web",
    "shop/web:1",
    "localhost/web:1",
    "localhost:5000/web",
    "docker.io/web:1",
    "ghcr.io/a/b@sha256:0",
  ];
  deepEqual(names.map(tagged).map(storedName), [
    "docker.io/library/web:latest",
    "docker.io/shop/web:1",
    "localhost/web:1",
    "localhost:5000/web:latest",
    "docker.io/library/web:1",
    "ghcr.io/a/b@sha256:0",
  ]);
});

Deno.test("images of pods are each named once, with who uses them and how they are pulled", () => {
  const workload = (name: string, containers: readonly object[]): never =>
    ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name },
      spec: { template: { spec: { containers, initContainers: [{ image: "busybox:1" }] } } },
    }) as never;
  deepEqual(
    wantedImages([
      workload("web", [{ image: "web", imagePullPolicy: "Never" }]),
      workload("bot", [{ image: "web:latest", imagePullPolicy: "Always" }]),
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } },
    ]),
    [
      { reference: "busybox:1", workloads: ["bot", "web"], isPulledAlways: false, isNeverPulled: false },
      { reference: "web:latest", workloads: ["bot", "web"], isPulledAlways: true, isNeverPulled: false },
    ],
  );
});

/** An image in the engine, on the node, and what is decided. */
interface Case {
  readonly reference?: string;
  readonly engine?: { readonly id: string; readonly pulled?: boolean };
  readonly node?: string;
  readonly built?: boolean;
  readonly always?: boolean;
  readonly fromRegistry?: boolean;
}

const CASES: readonly (readonly [string, Case, string])[] = [
  ["the same on both", { engine: { id: A }, node: A }, "there"],
  ["the engine alone", { engine: { id: A } }, "move"],
  ["another one on the node", { engine: { id: A }, node: B }, "other"],
  ["another one on the node, pulled by the engine", { engine: { id: A, pulled: true }, node: B }, "other"],
  ["one on the node of which only the name is told", { engine: { id: A }, node: "" }, "there"],
  ["pulled by the engine", { engine: { id: A, pulled: true } }, "move"],
  ["pulled by the engine, and decided for a registry", {
    engine: { id: A, pulled: true },
    fromRegistry: true,
  }, "pull"],
  ["another one on the node, decided for a registry", {
    engine: { id: A, pulled: true },
    node: B,
    fromRegistry: true,
  }, "there"],
  ["only in the engine, decided for a registry", { engine: { id: A }, fromRegistry: true }, "move"],
  ["pulled at every start", { engine: { id: A, pulled: true }, always: true }, "pull"],
  ["pulled at every start, only in the engine", { engine: { id: A }, always: true }, "move"],
  ["nobody has it", {}, "pull"],
  ["nobody has it, and it is built here", { built: true }, "nowhere"],
  ["the node alone", { node: A, built: true }, "there"],
  ["built here, and an engine pulled one of the name", {
    engine: { id: A, pulled: true },
    built: true,
    fromRegistry: true,
  }, "move"],
  ["a digest", { reference: `web@${B}`, engine: { id: A, pulled: true } }, "pull"],
];

function plannedFor(
  { reference = "web:1", engine, node, built, always = false, fromRegistry = false }: Case,
): ReturnType<typeof planImages> {
  const wanted = [{ reference, workloads: ["web"], isPulledAlways: always, isNeverPulled: false }];
  const identity = engine === undefined ? [] : [
    [reference, {
      id: engine.id,
      ids: [engine.id],
      repoDigests: engine.pulled === true ? [`web@${B}`] : [],
      size: 5,
      answer: {},
    }] as const,
  ];
  const images: NodeImages = new Map(
    node === undefined
      ? []
      : [[storedName(reference), { digests: node === "" ? [] : [node], isPinned: true }]],
  );
  return planImages(wanted, new Map(identity), images, {
    built: new Set(built === true ? [reference] : []),
    fromRegistry,
  });
}

for (const [title, given, expected] of CASES) {
  Deno.test(`an image: ${title}: ${expected}`, () => equal(plannedFor(given)[0]?.state, expected));
}

Deno.test("what will not start, what differs and what cannot be moved from here is said, with the command", () => {
  const command = (reference: string): string => `send ${reference}`;
  const said = (given: Case, node?: object): readonly string[] =>
    imageFindings({ images: plannedFor(given), ...(node === undefined ? {} : { node: node as never }) }, true)
      .map(({ code, hint }) => `${code}: ${hint?.split("\n")[0]}`);
  deepEqual(said({ engine: { id: A }, always: true }).map((line) => line.split(":")[0]), [
    "run-image-always",
  ]);
  deepEqual(said({ engine: { id: A }, node: B }).map((line) => line.split(":")[0]), ["run-image-differs"]);
  deepEqual(said({ built: true }), ["run-image-nowhere: Build what is built here: docker compose build"]);
  deepEqual(said({ engine: { id: A } }, { why: "the node is another machine", command }), [
    "run-image-by-hand: send web:1",
  ]);
  deepEqual(said({ engine: { id: A } }, { store: {}, command }), []);
});

Deno.test("sizes are shown by thousands", () => {
  deepEqual([0, 999, 1000, 1_982_263, 999_600_000, 12_300_000_000].map(bytesText), [
    "0 B",
    "999 B",
    "1.0 kB",
    "2.0 MB",
    "1.0 GB",
    "12 GB",
  ]);
});
