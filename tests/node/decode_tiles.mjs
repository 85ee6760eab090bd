// Decode tiles as map libraries do: {name: base64} -> {name: {layer: {version, extent, features}}}.
import { readFileSync } from "node:fs";
import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";

const tiles = JSON.parse(readFileSync(process.argv[2], "utf8"));

/** @param {string} encoded */
function decoded(encoded) {
  const { layers } = new VectorTile(new PbfReader(Buffer.from(encoded, "base64")));
  return Object.fromEntries(
    Object.entries(layers).map(([name, layer]) => [
      name,
      {
        version: layer.version,
        extent: layer.extent,
        features: Array.from({ length: layer.length }, (_, i) => {
          const { id, type, properties } = layer.feature(i);
          const points = layer.feature(i).loadGeometry().flat().length;
          return { id, type, properties, points };
        }),
      },
    ]),
  );
}

const told = Object.entries(tiles).map(([name, encoded]) => [name, decoded(encoded)]);
console.log(JSON.stringify(Object.fromEntries(told)));
