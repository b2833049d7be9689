import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, dirname, join } from "node:path";
import type { Readable } from "node:stream";

import { repository, type PackedPackage } from "./pack-packages.ts";

/** One version of a package, and where its tarball comes from. */
interface Release {
  readonly manifest: { readonly name: string; readonly version: string };
  readonly tarball: () => Readable;
}

/** A package registry on loopback. */
export interface LocalRegistry {
  readonly url: string;
  close(): void;
}

/**
 * Serves the packed packages, and beside them whatever is installed in the repository: so `npm install` works as it does
 * for a user, with every dependency and peer dependency looked up, and without any network.
 */
export async function startRegistry(packed: readonly PackedPackage[]): Promise<LocalRegistry> {
  const releases = [...installedReleases(), ...packed.map(packedRelease)];
  const server: Server = createServer((request, response) => {
    const [name = "", version] = decodeURIComponent(request.url ?? "")
      .slice(1)
      .split("/-/");
    const found = releases.filter(({ manifest }) => manifest.name === name);
    const release = found.find(({ manifest }) => manifest.version === version);
    if (release !== undefined) release.tarball().pipe(response);
    else if (found.length > 0 && version === undefined) response.end(describe(found));
    else response.writeHead(404).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  /** What npm asks for first: the versions that there are. */
  function describe(found: readonly Release[]): string {
    const [first] = found;
    const versions = found.map(({ manifest }) => {
      const { name, version } = manifest;
      return [version, { ...manifest, dist: { tarball: `${url}${name}/-/${version}` } }] as const;
    });
    return JSON.stringify({
      name: first?.manifest.name,
      "dist-tags": { latest: first?.manifest.version },
      versions: Object.fromEntries(versions),
    });
  }

  return {
    url,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function packedRelease({ name, version, tarball }: PackedPackage): Release {
  // npm reads the manifest of a version before it fetches the tarball.
  const manifest = execFileSync("tar", ["-xzOf", tarball, "package/package.json"]);
  const parsed = JSON.parse(manifest.toString()) as Release["manifest"];
  return { manifest: { ...parsed, name, version }, tarball: () => createReadStream(tarball) };
}

/** Everything that npm has installed, the versions that the repository itself uses first. */
function installedReleases(): Release[] {
  const lock = JSON.parse(
    readFileSync(join(repository, "node_modules/.package-lock.json"), "utf8"),
  ) as { readonly packages: Readonly<Record<string, { readonly link?: boolean }>> };
  return Object.entries(lock.packages)
    .filter(([path, { link }]) => path.startsWith("node_modules/") && link !== true)
    .map(([path]) => path)
    .sort((a, b) => a.length - b.length)
    .map((path) => {
      const folder = join(repository, path);
      const manifest = JSON.parse(
        readFileSync(join(folder, "package.json"), "utf8"),
      ) as Release["manifest"];
      return { manifest, tarball: () => packFolder(folder) };
    });
}

function packFolder(folder: string): Readable {
  const path = ["-C", dirname(folder), basename(folder)];
  return spawn("tar", ["-czf", "-", "--exclude=node_modules", ...path]).stdout;
}
