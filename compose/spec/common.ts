/** Fields that several parts of the specification share. */
import { type Field, listField, recordField, scalarField, STRING_OR_NUMBER, structField } from "./field.ts";
import { STRING_OR_INTEGER } from "./field.ts";
import {
  readAnyString,
  readBoolean,
  readCommand,
  readEnvironment,
  readInteger,
  readLabels,
  readOptionalBoolean,
  readOptionalDuration,
  readString,
  readStringMap,
  readStringOrList,
  readStrings,
} from "./readers.ts";
import { readHosts, readMode, readUlimit } from "./special_readers.ts";
import { BOOLEAN, NULL, type Shape, STRING } from "./shape.ts";

export const ANY_NAME = /^.+$/;
export const RESOURCE_NAME = /^[a-zA-Z0-9._-]+$/;

export const string = scalarField(STRING, readString);
export const anyString = scalarField(STRING, readAnyString);
export const boolean = scalarField(BOOLEAN | STRING, readBoolean);
export const optionalBoolean = scalarField(BOOLEAN | STRING, readOptionalBoolean);
export const duration = scalarField(STRING, readOptionalDuration);
export const integer = scalarField(STRING_OR_INTEGER, readInteger);

/** A string with a closed list of words. */
export function word(...words: readonly string[]): Field {
  return scalarField(STRING, readString, { words });
}

const TEXT: Shape = { scalar: { kinds: STRING } };
const LIST_OF_STRINGS: Shape = { list: { items: TEXT, isUnique: true } };

export const strings: Field = { shape: { list: { items: TEXT } }, read: readStrings };
export const uniqueStrings: Field = { shape: LIST_OF_STRINGS, read: readStrings };
export const stringOrList: Field = { shape: { ...TEXT, ...LIST_OF_STRINGS }, read: readStringOrList };

const LIST_OR_MAPPING: Shape = {
  list: { items: TEXT, isUnique: true },
  mapping: {
    others: { pattern: /.+/, shape: { scalar: { kinds: STRING_OR_NUMBER | BOOLEAN | NULL } } },
  },
};

/** `KEY=value` as a list or a mapping, where a missing value is empty. */
export const labels: Field = { shape: LIST_OR_MAPPING, read: readLabels };
/** `KEY=value` as a list or a mapping, where a missing value is null. */
export const environment: Field = { shape: LIST_OR_MAPPING, read: readEnvironment };

export const command: Field = {
  shape: { scalar: { kinds: STRING | NULL }, list: { items: TEXT } },
  read: readCommand,
};

/** Options of a driver. */
export const driverOptions: Field = {
  shape: {
    mapping: { others: { pattern: ANY_NAME, shape: { scalar: { kinds: STRING_OR_NUMBER } } }, isOpen: true },
  },
  read: readLabels,
};

/** Options of a driver whose canonical form takes strings and integers only. */
export const plainOptions: Field = { shape: driverOptions.shape, read: readStringMap };

export const extraHosts: Field = {
  shape: {
    list: { items: TEXT, isUnique: true },
    mapping: { others: { pattern: /.+/, shape: { ...TEXT, list: { items: TEXT } } } },
  },
  read: readHosts,
};

export const ulimits = recordField(/^[a-z]+$/, {
  shape: {
    scalar: { kinds: STRING_OR_INTEGER },
    mapping: {
      keys: new Map([["hard", integer.shape], ["soft", integer.shape]]),
      required: ["soft", "hard"],
      hasExtensions: true,
    },
  },
  read: readUlimit,
}, { isOpen: true });

/** A reference to a config or a secret. */
export const fileReferences = listField({
  shape: {
    ...TEXT,
    ...structField({
      source: string,
      target: string,
      uid: string,
      gid: string,
      mode: scalarField(STRING_OR_NUMBER, readMode),
    }).shape,
  },
  read: structField({
    source: string,
    target: string,
    uid: string,
    gid: string,
    mode: scalarField(STRING_OR_NUMBER, readMode),
  }).read,
});

/** A command that runs inside the container at a moment of its life. */
export const hook = structField(
  { command, user: string, privileged: boolean, working_dir: string, environment },
  { required: ["command"], always: { command: null } },
);
