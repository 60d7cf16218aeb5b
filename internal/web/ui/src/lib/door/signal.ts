// Tells the answer to ear and hand. Each answer has its own rhythm, so that nobody has to know one note from another.
import type { Result } from "./types";

type Note = [from: number, length: number, hertz: number];

const sounds: Record<Result, Note[]> = {
  admitted: [[0, 0.09, 880], [0.1, 0.16, 1320]],
  already_admitted: [[0, 0.12, 520], [0.2, 0.12, 520], [0.4, 0.12, 520]],
  refused: [[0, 0.55, 180]],
};

const shakes: Record<Result, number[]> = { admitted: [70], already_admitted: [90, 70, 90, 70, 90], refused: [450] };

let audio: AudioContext | undefined;

/** Browsers let a page sound only after a touch: call this from one. */
export function unlock(): void {
  try {
    audio ??= new AudioContext();
    void audio.resume();
  } catch { /* no sound here */ }
}

export function signal(result: Result): void {
  navigator.vibrate?.(shakes[result]);
  if (!audio || audio.state !== "running") return;
  for (const [from, length, hertz] of sounds[result]) {
    const tone = audio.createOscillator(), volume = audio.createGain();
    const at = audio.currentTime + from;
    tone.type = result === "refused" ? "sawtooth" : "triangle";
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.5, at + 0.01);
    volume.gain.setValueAtTime(0.5, at + length - 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + length);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + length);
  }
}
