"""From a labelled file to encoded examples, with every setting that the data decides.

Here: the parts to learn from and to judge by, encoders fitted to data, rules for settings left
`auto` (`data_rules`, `training_rules`) and how they are laid over a config, what a linear path
learns from, checks of data.
Not here: how files are read (data), or the steps of learning (training).
"""
