/** Requests for devices: `gpus`, and the devices of a reservation. */
import { labels, string, uniqueStrings } from "./common.ts";
import { type Field, listField, scalarField, STRING_OR_INTEGER, structField } from "./field.ts";
import { readDeviceCount } from "./special_readers.ts";

/** A list of requests; a reservation's have to name the capabilities. */
export function deviceRequests(isReservation: boolean): Field {
  return listField(structField(
    {
      capabilities: uniqueStrings,
      driver: string,
      count: scalarField(STRING_OR_INTEGER, readDeviceCount),
      device_ids: uniqueStrings,
      options: labels,
    },
    isReservation ? { required: ["capabilities"] } : {},
  ));
}
