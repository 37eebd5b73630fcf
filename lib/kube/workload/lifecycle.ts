/** Hooks of compose, and the signal that ends a program, as `lifecycle` of its container. */
import type { Service } from "../../../compose/project.ts";
import { shellWord } from "../../diagnostics/shell_word.ts";
import { yamlWord } from "../../diagnostics/yaml_word.ts";
import { at } from "../../stack/context.ts";
import { type Json, optional } from "../../values/json.ts";
import type { ConversionState, DecidedService } from "./conversion_state.ts";

interface Hook {
  readonly command?: readonly string[];
  readonly user?: string;
  readonly privileged?: boolean;
  readonly working_dir?: string;
  readonly environment?: Readonly<Record<string, string | null>>;
}

/** A kubelet expands nothing in hooks: their words stay as they are. */
export function lifecycleOf(state: ConversionState, subject: DecidedService): Json {
  const started = scriptsOf(state, subject, "post_start");
  const stopping = scriptsOf(state, subject, "pre_stop");
  const signal = signalScript(state, subject);
  return {
    ...optional("postStart", handler(started)),
    ...optional("preStop", handler(signal === undefined ? stopping : [...stopping, signal])),
  };
}

/** What a shell runs, and the words themselves where it is one plain command that needs none. */
interface Script {
  readonly text: string;
  readonly words?: readonly string[];
}

function handler(scripts: readonly Script[]): Json {
  const [first, ...others] = scripts;
  if (first === undefined) return {};
  const command = first.words !== undefined && others.length === 0
    ? first.words
    : ["/bin/sh", "-c", scripts.map(({ text }) => text).join(" && ")];
  return { exec: { command } };
}

function scriptsOf(
  state: ConversionState,
  subject: DecidedService,
  key: "post_start" | "pre_stop",
): readonly Script[] {
  const hooks = subject.service[key] as readonly Hook[] | undefined;
  return (hooks ?? []).flatMap((hook, index): Script[] => {
    const words = hook.command ?? [];
    const why = words.length === 0 ? undefined : whyLeftOut(state, subject, hook);
    if (why !== undefined) reportLeftOut(state, subject, key, index, why);
    if (words.length === 0 || why !== undefined) return [];
    const variables = Object.entries(hook.environment ?? {}).flatMap(([name, value]) =>
      value === null ? [] : [`${name}=${shellWord(value)}`]
    );
    const command = [...variables, ...words.map(shellWord)].join(" ");
    const folder = hook.working_dir;
    if (folder === undefined && variables.length === 0) return [{ text: command, words }];
    return [{ text: folder === undefined ? command : `(cd ${shellWord(folder)} && ${command})` }];
  });
}

function whyLeftOut(
  { secrets }: ConversionState,
  { service, decision }: DecidedService,
  hook: Hook,
): string | undefined {
  const own = String(decision.user ?? service.user ?? "");
  if (hook.user !== undefined && String(hook.user) !== own) {
    return `it runs as "${hook.user}", and a pod's hooks run as the program does`;
  }
  if (hook.privileged === true && service.privileged !== true) {
    return "it is privileged, and a pod's hooks have the rights of the program";
  }
  const secret = secrets.ofCommand(hook.command ?? []) ??
    Object.entries(hook.environment ?? {}).map(([name, value]) => secrets.ofPair(name, value ?? ""))
      .find((found) => found !== undefined);
  return secret === undefined ? undefined : `it holds a secret (${secret}), and everybody can read a hook`;
}

function reportLeftOut(
  { context }: ConversionState,
  { service }: DecidedService,
  key: string,
  index: number,
  why: string,
): void {
  context.report({
    code: "kube-hook-left-out",
    severity: "question",
    message: `A hook of "${key}" of service "${service.name}" is left out: ${why}`,
    ...at(context.project, ["services", service.name, key, index]),
    hint: "Do it in the entrypoint, or in a service of its own that the others wait for",
  });
}

/** Real-time signals are numbers from here to there, in every Linux that images are made for. */
const [FIRST_REAL_TIME, LAST_REAL_TIME] = [34, 64];

/**
 * The kubelet sends the image's own signal. Where the image has a shell, this one is sent before and the end waited for;
 * where it has none the hook fails, and all is as without it.
 */
function signalScript({ context, groups }: ConversionState, { service }: DecidedService): Script | undefined {
  const signal = service.stop_signal;
  if (signal === undefined) return undefined;
  const number = signalNumber(signal);
  const why = /^(KILL|9|STOP|19)$/i.test(number)
    ? "it cannot be sent to the first process of a container from inside"
    : isFirst({ context, groups }, service)
    ? undefined
    : "its program is not the first of its pod";
  context.report({
    code: "kube-stop-signal",
    severity: why === undefined ? "info" : "warning",
    message: why === undefined
      ? `Signal "${signal}" ends service "${service.name}" if its image has a shell; otherwise the image's STOPSIGNAL does`
      : `Signal "${signal}" of service "${service.name}" is not carried: ${why}, so the image's STOPSIGNAL ends it`,
    ...at(context.project, ["services", service.name, "stop_signal"]),
    hint: `Without a shell: STOPSIGNAL ${yamlWord(signal)} in the image`,
  });
  if (why !== undefined) return undefined;
  return { text: `kill -s ${shellWord(number)} 1 && while kill -0 1 2>/dev/null; do sleep 1; done` };
}

function signalNumber(signal: string): string {
  const name = signal.replace(/^SIG/i, "");
  const [, end, offset] = /^RT(MIN|MAX)[+-]?(\d*)$/i.exec(name) ?? [];
  if (end === undefined) return name;
  const distance = Number(offset || 0);
  return String(/min/i.test(end) ? FIRST_REAL_TIME + distance : LAST_REAL_TIME - distance);
}

/** Whether the program has number 1 in its container: not where processes are shared, by itself or others of its pod. */
function isFirst(
  { context, groups }: Pick<ConversionState, "context" | "groups">,
  service: Service,
): boolean {
  const pod = Object.values(context.project.services).filter((other) =>
    groups.hostOf(other.name) === groups.hostOf(service.name)
  );
  return [service, ...pod].every(({ init, pid }) => init !== true && pid === undefined);
}
