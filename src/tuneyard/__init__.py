"""tuneyard: fine-tune code LLMs on a Ray cluster and learn, with statistics, which method won."""

__version__ = "0.1.0"
