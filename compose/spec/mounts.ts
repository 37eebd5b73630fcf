/** The long form of a service's mounts. */
import { boolean, labels, string, word } from "./common.ts";
import {
  type Field,
  listField,
  scalarField,
  STRING_OR_INTEGER,
  STRING_OR_NUMBER,
  structField,
} from "./field.ts";
import { readBytes, readOptOut, readString, readUnsigned } from "./readers.ts";
import { BOOLEAN, STRING } from "./shape.ts";

const mount = structField({
  type: scalarField(STRING, readString, { words: ["bind", "volume", "tmpfs", "cluster", "npipe", "image"] }),
  source: string,
  target: string,
  read_only: boolean,
  consistency: string,
  bind: structField({
    selinux: word("z", "Z"),
    propagation: string,
    create_host_path: scalarField(BOOLEAN | STRING, readOptOut),
    recursive: word("enabled", "disabled", "writable", "readonly"),
  }),
  volume: structField({ labels, nocopy: boolean, subpath: string }),
  tmpfs: structField({
    size: scalarField(STRING_OR_INTEGER, readBytes, { minimum: 0 }),
    mode: scalarField(STRING_OR_NUMBER, readUnsigned),
  }),
  image: structField({ subpath: string }),
}, { required: ["type"] });

/** A list of mounts, each a string or a mapping. */
export const mounts: Field = {
  shape: { list: { items: { scalar: { kinds: STRING }, ...mount.shape }, isUnique: true } },
  read: listField(mount).read,
};
