// Reads a QR code from a picture, beside the page so that the page stays quick.
import jsQR from "./vendor/jsqr/jsQR.js";

type Picture = { data: ArrayBuffer; width: number; height: number };

self.addEventListener("message", (e: MessageEvent<Picture>) => {
  const { data, width, height } = e.data;
  const found = jsQR(new Uint8ClampedArray(data), width, height, { inversionAttempts: "attemptBoth" });
  self.postMessage(found ? found.data : "");
});
