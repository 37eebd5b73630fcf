/** Variables that Deno itself reads when it makes a connection; there is no other way to tell it. */

/** Runs `work` while the variables have these values (undefined: are not set), and puts back what they had. */
export function withVariables<Result>(
  variables: Readonly<Record<string, string | undefined>>,
  work: () => Result,
): Result {
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  try {
    for (const [name, value] of Object.entries(variables)) set(name, value);
    return work();
  } finally {
    for (const [name, value] of before) set(name, value);
  }
}

function set(name: string, value: string | undefined): void {
  if (value === undefined) Deno.env.delete(name);
  else Deno.env.set(name, value);
}
