/** What every map of the service shares: MapLibre over a quiet ground, its controls and its room. */

import { Map as GlMap, NavigationControl, ScaleControl } from "maplibre-gl";
import { onChange } from "./changes.js";
import { refreshTouched } from "./fresh-tiles.js";
import { token } from "./page.js";
import { t } from "./texts.js";

/** @typedef {[number, number, number, number]} Extent */
/** @typedef {import("maplibre-gl").StyleSpecification} Style */
/** @typedef {import("maplibre-gl").LayerSpecification} Layer */

const PADDING = { top: 32, right: 32, bottom: 56, left: 32 };
const GAP = 8;

export class BaseMap {
  /**
   * Draw a map; throws where the browser has no WebGL.
   * @param {HTMLElement} box
   * @param {HTMLElement | null} over the legend, which lies over the lower left of the box
   * @param {Extent} extent
   * @param {Style["sources"]} own sources of the page itself
   * @param {string} style address of a style of the service
   */
  constructor(box, over, extent, own, style) {
    this.own = own;
    this.waiting = false;
    this.extent = extent;
    this.box = box;
    this.over = over;
    this.map = new GlMap({
      container: box,
      bounds: extent,
      fitBoundsOptions: { padding: PADDING },
      attributionControl: false,
      maxZoom: 19,
      minZoom: 9,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      // Tiles out of view are not told of changes. Coming back they are asked for anew, which
      // costs a 304 where nothing changed.
      maxTileCacheSize: 0,
      localIdeographFontFamily: token("--face"),
      locale: controlTexts(),
    });
    this.restyle(style);
    this.whole();
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    this.map.addControl(new ScaleControl({ unit: "metric" }), "bottom-right");
    // Tests and the screenshot command wait for this mark.
    this.map.on("idle", () => box.toggleAttribute("data-idle", !this.waiting));
    this.map.on("movestart", () => box.toggleAttribute("data-idle", false));
    this.endChanges = onChange((change) => refreshTouched(this.map, change, box));
  }

  /**
   * Draw a style of the service; only what differs from the one before is loaded.
   * @param {string} address
   */
  restyle(address) {
    this.waiting = true;
    this.box.toggleAttribute("data-idle", false);
    this.map.setStyle(new URL(address, location.origin).href, {
      transformStyle: (_, style) => {
        this.waiting = false;
        this.map.triggerRepaint();
        return this.completed(style);
      },
    });
  }

  /**
   * A style with what the page itself draws, between its shapes and its labels.
   * @param {Style} style
   * @returns {Style}
   */
  completed(style) {
    const labels = style.layers.findIndex(({ type }) => type === "symbol");
    const layers = [...style.layers.slice(0, labels), ...this.ownLayers(), ...style.layers.slice(labels)];
    return { ...style, sources: { ...style.sources, ...this.own }, layers };
  }

  /**
   * What the page draws besides the style.
   * @returns {Layer[]}
   */
  ownLayers() {
    return [];
  }

  /** @param {Extent} extent */
  bringIntoView(extent) {
    const seen = this.map.getBounds();
    const [west, south, east, north] = extent;
    if (seen.contains([west, south]) && seen.contains([east, north])) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map.fitBounds(extent, { padding: this.padding(extent), maxZoom: 17, animate: !still });
  }

  whole() {
    this.map.fitBounds(this.extent, { padding: this.padding(this.extent), animate: false });
  }

  /**
   * Room around an extent, so that nothing lies under the legend: beside it or above it,
   * whichever shows the extent larger.
   * @param {Extent} extent
   */
  padding(extent) {
    const box = this.box.getBoundingClientRect();
    const legend = this.over?.getBoundingClientRect();
    if (!legend?.width || !box.width) return PADDING;
    const beside = { ...PADDING, left: legend.right - box.left + GAP };
    const above = { ...PADDING, bottom: box.bottom - legend.top + GAP };
    const zoom = (/** @type {typeof PADDING} */ padding) =>
      this.map.cameraForBounds(extent, { padding })?.zoom ?? -1;
    return zoom(beside) >= zoom(above) ? beside : above;
  }

  /**
   * @param {string} source
   * @param {GeoJSON.Feature[]} features
   */
  fill(source, features) {
    const found = /** @type {import("maplibre-gl").GeoJSONSource | undefined} */ (
      this.map.getSource(source)
    );
    found?.setData({ type: "FeatureCollection", features });
  }

  /**
   * First feature of some layers under the pointer; null where there is none.
   * @param {{x: number, y: number}} at
   * @param {string[]} layers
   */
  featureAt(at, layers) {
    const drawn = layers.filter((layer) => this.map.getLayer(layer));
    if (drawn.length === 0) return null;
    const [hit] = this.map.queryRenderedFeatures([at.x, at.y], { layers: drawn });
    return hit ?? null;
  }

  remove() {
    this.endChanges();
    this.map.remove();
  }
}

/** @returns {import("maplibre-gl").GeoJSONSourceSpecification} */
export const ownSource = () => ({
  type: "geojson",
  data: { type: "FeatureCollection", features: [] },
});

/**
 * The box around a shape.
 * @param {any[]} coordinates
 * @returns {Extent}
 */
export function extentOf(coordinates) {
  const flat = /** @type {number[]} */ (coordinates.flat(Infinity));
  const lons = flat.filter((_, i) => i % 2 === 0);
  const lats = flat.filter((_, i) => i % 2 === 1);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

function controlTexts() {
  return {
    "NavigationControl.ZoomIn": t("map.zoom-in"),
    "NavigationControl.ZoomOut": t("map.zoom-out"),
    "Map.Title": t("map.title"),
  };
}
