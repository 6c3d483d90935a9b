import type { Unprintable } from "../../functions/model/sensitive.ts";

type Fields<T> = { readonly [Name in keyof T]: T[Name] };

/** The fields of an unprintable object, in one that can be compared and printed. */
export function fieldsOf<T extends Unprintable>(value: T): Fields<T> {
  const names = Object.getOwnPropertyNames(value) as (keyof T)[];
  return Object.fromEntries(names.map((name) => [name, value[name]])) as Fields<T>;
}
