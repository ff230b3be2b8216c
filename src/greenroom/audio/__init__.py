"""Sound as arithmetic: formats, G.711, resampling and levels. No I/O. numpy is imported by the modules that use it."""

from greenroom.audio.frame import PCM_8K, PCM_16K, PCM_24K, PCMA_8K, PCMU_8K, AudioFormat, AudioFrame

__all__ = ["PCMA_8K", "PCMU_8K", "PCM_8K", "PCM_16K", "PCM_24K", "AudioFormat", "AudioFrame"]
