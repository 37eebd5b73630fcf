/** Values that are no secret wherever they stand: switches, references, paths, addresses. */

const SWITCH = /^(true|false|yes|no|on|off|none|null|nil|undefined|~|enabled?|disabled?|auto|default)$/i;
/** `${NAME}`, `$NAME`, `$(NAME)`, `{{ .Env.NAME }}`, `<%= x %>`, `%(name)s`, `%s`, `<your password>`, `***`. */
const REFERENCE =
  /^(\$\$?\{[^{}]*\}|\$\$?\([^()]*\)|\$\$?[A-Za-z_]\w*|\$\d|\{\{.*\}\}|\{[a-zA-Z_][\w.-]*\}|<%.*%>|%\(\w+\)s|%[sdvq]|%\w+%|<[^<>]*>|\*{3,}|@\w+@|__\w+__|!(secret|env_var|vault|reset|override)\b.*)$/;
/** `env:NAME`, `file:///run/secrets/x`, `process.env.NAME`, `getenv('NAME')`, `vault:path#key`. */
const LOOKUP =
  /^(env[:/][A-Z_]\w*|file:\/{0,3}\/[\w./-]+|vault:[\w./#-]+|secretref:.*|ref\+\w+:.*|(process\.)?env\.\w+.*|ENV\[.*|(os\.)?(getenv|environ)\b.*|System\.getenv.*|(lookup|env|getenv|config|getParameter)\(.*)$/;
/** `user:${PASSWORD}`, `${USER}:${PASSWORD}`: nothing of it is the value itself. */
const REFERENCES = /^([\w.-]+:)?\$\$?\{[^{}]*\}([:;,\s]\$\$?\{[^{}]*\})*$/;
/** A default inside a reference is what it is where nothing is set. */
const WITH_DEFAULT = /^\$\{\w+:?[-=][^}]+\}$/;
const PATH = /^(~|\.{1,2})?(\/[\w@+,.{}$-]+)+\/?$/;
const FILE_NAME =
  /^[\w./@-]+\.(pem|key|crt|cer|der|json|ya?ml|toml|txt|conf|cfg|ini|p12|pfx|jks|env|pub|gpg|asc|php|properties)$/i;
/** `true`, `${NAME}`, `/run/secrets/x`: no value of a secret, whatever the key says. */
export function isPlainValue(value: string): boolean {
  const trimmed = ownPart(value.trim());
  if (/^(\{\{|<%)/.test(trimmed)) return true;
  if (trimmed === "" || SWITCH.test(trimmed) || isReference(trimmed)) return true;
  return isPath(trimmed) || FILE_NAME.test(trimmed) && !/^[\w-]{30,}\./.test(trimmed);
}

/** Of `${NAME:-x}` what counts where nothing is set. */
export function ownPart(value: string): string {
  const { start, end } = secretPart(value);
  return value.slice(start, end);
}

/** Whether a text only says where a value is to be had. */
export function isReference(value: string): boolean {
  if (WITH_DEFAULT.test(value)) return false;
  return REFERENCE.test(value) || REFERENCES.test(value) && !/\{\w+:?[-=][^}]/.test(value) ||
    LOOKUP.test(value);
}

/** A path; base64 that begins with a slash is none. */
function isPath(value: string): boolean {
  if (!PATH.test(value)) return false;
  return !value.split("/").some((part) =>
    part.length > 12 && /\d/.test(part) && /[a-z]/.test(part) && /[A-Z]/.test(part) && !/[._-]/.test(part)
  ) && !(/\+/.test(value) && /[A-Z]/.test(value));
}

/** The part of a value that is the secret: of `${NAME:-x}` what counts where nothing is set. */
export function secretPart(value: string): { readonly start: number; readonly end: number } {
  const before = /^\s*["']?\$\{\w+:?[-=]/.exec(value)?.[0];
  if (before === undefined || !WITH_DEFAULT.test(value.trim().replace(/^["']|["']$/g, ""))) {
    return { start: 0, end: value.length };
  }
  return { start: before.length, end: value.lastIndexOf("}") };
}
