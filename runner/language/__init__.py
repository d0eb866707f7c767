"""What the security lead wrote: read strictly, checked across steps, shown in words."""
