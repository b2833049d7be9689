import { UsageError } from "./usage-error.ts";

/** An object of a JSON file whose fields are read by type; what has another is a `UsageError` that names its place. */
export class JsonObject {
  readonly place: string;
  readonly #fields: Readonly<Record<string, unknown>>;

  private constructor(fields: Readonly<Record<string, unknown>>, place: string) {
    this.#fields = fields;
    this.place = place;
  }

  static of(value: unknown, place: string): JsonObject {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new UsageError(`${place} is not an object.`);
    }
    return new JsonObject(value as Record<string, unknown>, place);
  }

  /** The same object under a name that a reader recognizes. */
  at(place: string): JsonObject {
    return new JsonObject(this.#fields, place);
  }

  string(name: string): string {
    const value = this.#fields[name];
    return typeof value === "string" ? value : this.#refuse(name, "a string");
  }

  oneOf<Word extends string>(name: string, words: readonly Word[]): Word {
    const word = words.find((candidate) => candidate === this.#fields[name]);
    return word ?? this.#refuse(name, words.join(" or "));
  }

  strings(name: string): readonly string[] {
    return this.optionalStrings(name) ?? this.#refuse(name, "a list of strings");
  }

  objects(name: string): readonly JsonObject[] {
    return this.optionalObjects(name) ?? this.#refuse(name, "a list");
  }

  // Optional ones may be null as well: that is how the schema's own generator writes what is absent.

  optionalString(name: string): string | undefined {
    return this.#isAbsent(name) ? undefined : this.string(name);
  }

  optionalBoolean(name: string): boolean | undefined {
    if (this.#isAbsent(name)) return undefined;
    const value = this.#fields[name];
    return typeof value === "boolean" ? value : this.#refuse(name, "true or false");
  }

  optionalCount(name: string): number | undefined {
    if (this.#isAbsent(name)) return undefined;
    const value = this.#fields[name];
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 0
      ? value
      : this.#refuse(name, "a whole number");
  }

  optionalStrings(name: string): readonly string[] | undefined {
    if (this.#isAbsent(name)) return undefined;
    const value = this.#fields[name];
    return Array.isArray(value) && value.every((entry) => typeof entry === "string")
      ? value
      : this.#refuse(name, "a list of strings");
  }

  optionalObject(name: string): JsonObject | undefined {
    return this.#isAbsent(name)
      ? undefined
      : JsonObject.of(this.#fields[name], `${this.place}, ${name}`);
  }

  optionalObjects(name: string): readonly JsonObject[] | undefined {
    if (this.#isAbsent(name)) return undefined;
    const value = this.#fields[name];
    if (!Array.isArray(value)) return this.#refuse(name, "a list");
    return value.map((entry: unknown, index) =>
      JsonObject.of(entry, `${this.place}, ${name}[${index}]`),
    );
  }

  #isAbsent(name: string): boolean {
    return (this.#fields[name] ?? null) === null;
  }

  #refuse(name: string, wanted: string): never {
    const has = name in this.#fields ? `${name} is not ${wanted}` : `${name} is missing`;
    throw new UsageError(`${this.place}: ${has}.`);
  }
}
