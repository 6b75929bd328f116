"""SFT and DPO of LoRA adapters: Ray-free; progress goes to a `report` callable."""
