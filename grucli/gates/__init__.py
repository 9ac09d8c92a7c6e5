"""What the gates of a trained model do, as numbers: arrays in, one report object out."""
