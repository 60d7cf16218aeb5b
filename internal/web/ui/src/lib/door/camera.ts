// Looks through the camera for a code: with the browser's own detector, or with a worker where there is none.
type Detector = { detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]> };

const pause = 120; // ms between two looks
const widest = 640; // px handed to the worker: enough for a ticket at arm's length

export class Camera {
  private stream?: MediaStream;
  private detector?: Detector;
  private worker?: Worker;
  private canvas = document.createElement("canvas");
  private awake?: { release(): Promise<void> };

  constructor(private video: HTMLVideoElement, private decoder: string, private found: (code: string) => void) {}

  get running(): boolean { return this.stream !== undefined; }

  async start(): Promise<void> {
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 } } });
    this.video.srcObject = this.stream;
    await this.video.play();
    await this.prepare();
    void this.look();
    try {
      this.awake = await (navigator as unknown as { wakeLock?: { request(what: string): Promise<{ release(): Promise<void> }> } }).wakeLock?.request("screen");
    } catch { /* the screen may go dark: no harm */ }
  }

  stop(): void {
    this.stream?.getTracks().forEach((t) => t.stop());
    this.stream = undefined;
    this.video.srcObject = null;
    void this.awake?.release();
  }

  get hasLight(): boolean {
    const t = this.stream?.getVideoTracks()[0];
    return Boolean((t?.getCapabilities?.() as { torch?: boolean } | undefined)?.torch);
  }

  async light(on: boolean): Promise<void> {
    await this.stream?.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
  }

  private async prepare(): Promise<void> {
    const api = (window as unknown as { BarcodeDetector?: { new (o: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> } }).BarcodeDetector;
    if (api && (await api.getSupportedFormats()).includes("qr_code")) this.detector = new api({ formats: ["qr_code"] });
    else this.worker ??= new Worker(this.decoder, { type: "module" });
  }

  private async look(): Promise<void> {
    while (this.stream) {
      try {
        const code = await this.read();
        if (code) this.found(code);
      } catch { /* one bad picture: the next one comes */ }
      await new Promise((r) => setTimeout(r, pause));
    }
  }

  private async read(): Promise<string> {
    if (this.video.readyState < 2) return "";
    if (this.detector) return (await this.detector.detect(this.video))[0]?.rawValue ?? "";
    const scale = Math.min(1, widest / this.video.videoWidth);
    const w = Math.round(this.video.videoWidth * scale), h = Math.round(this.video.videoHeight * scale);
    this.canvas.width = w;
    this.canvas.height = h;
    const g = this.canvas.getContext("2d", { willReadFrequently: true })!;
    g.drawImage(this.video, 0, 0, w, h);
    const data = g.getImageData(0, 0, w, h).data.buffer;
    return new Promise((yes) => {
      this.worker!.onmessage = (e) => yes(e.data as string);
      this.worker!.postMessage({ data, width: w, height: h }, [data]);
    });
  }
}
