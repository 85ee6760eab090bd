// Judge styles by MapLibre's own validator: {name: style} -> {name: [fault, ...]}.
import { readFileSync } from "node:fs";
import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";

const styles = JSON.parse(readFileSync(process.argv[2], "utf8"));
const faults = Object.entries(styles).map(([name, style]) => [
  name,
  validateStyleMin(style).map((fault) => fault.message),
]);
console.log(JSON.stringify(Object.fromEntries(faults)));
